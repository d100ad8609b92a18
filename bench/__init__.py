"""Benchmarks of Camket, never timed tests: ratios of two sides measured beside each other in one run."""
