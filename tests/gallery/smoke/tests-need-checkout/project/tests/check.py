import demo

assert demo.rates() == '{}\n'
