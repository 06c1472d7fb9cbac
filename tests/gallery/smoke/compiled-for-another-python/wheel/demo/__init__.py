import demo._fast
