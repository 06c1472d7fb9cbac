RULES = open('/etc/slipway-never-there.conf').read()
