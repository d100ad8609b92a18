"""Backups in two files, the keys of the keys file that die of age, and what keeps the erased erased after a restore.

`archive` the file format · `tables` what goes into which file · `agekeys` backup keys and their end · `making` the two
files from one snapshot · `loading` from files to rows · `finishing` what a restored database owes its ledger, its
subjects and the notes outside · `gone` the list of destroyed keys outside the database · `ready` the check before
anything is served.
"""
