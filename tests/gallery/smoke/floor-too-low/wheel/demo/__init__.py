from gear import rotate
