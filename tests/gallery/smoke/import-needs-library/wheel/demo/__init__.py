import ctypes

LIBRARY = ctypes.CDLL('libslipwayneverthere.so.1')
