import atexit
import threading
import time

threading.Thread(target=threading.Event().wait).start()
atexit.register(time.sleep, 3600)
