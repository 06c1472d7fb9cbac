import gear

gear.turn()
