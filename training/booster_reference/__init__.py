"""The booster's two algorithms in plain Python: slow, to be read beside the paper, and compared with the program
(record.py).
"""
