"""Telling whether two departments' records are the same party: keys, names, addresses, and the weight of evidence.

Pure: columns in, matches with their reasons out. Sources: R-TAX-01 and R-TAX-03; GB 32100-2015, GB 11714-1997,
GB 11643-1999; Fellegi and Sunter, A Theory for Record Linkage (1969).
"""
