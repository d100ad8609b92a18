"""Imports every room's models, so that Django finds them under the one label."""
