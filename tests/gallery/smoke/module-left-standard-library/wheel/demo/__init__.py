import binhex
