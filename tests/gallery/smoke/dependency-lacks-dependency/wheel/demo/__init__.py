import gear
