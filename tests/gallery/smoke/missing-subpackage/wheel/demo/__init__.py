from demo.parts import NUTS
