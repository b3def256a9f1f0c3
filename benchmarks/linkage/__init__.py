"""The tax comparison held against registers with known truth, and against Splink, pandas and Spark on the same columns.

python -m benchmarks.linkage.run --help
"""
