#!/usr/bin/env python3
"""Makes src/account/common.bin, the list of passwords that are refused: common-passwords.py FOLDER OUT

FOLDER holds these files of Debian 12 packages, unpacked with dpkg-deb -x (nothing is installed):

    django.gz     python3-django   contrib/auth/common-passwords.txt.gz   20,000 most common passwords of breaches, BSD-3-Clause
    zxcvbn.py     python3-zxcvbn   zxcvbn/frequency_lists.py              30,000 passwords, and names and words by frequency, MIT
    john.lst      john-data        john/password.lst                      3,500 passwords tried first by crackers, free to use
    cracklib      cracklib-runtime dict/cracklib-small                    52,000 words tried by crackers, LGPL-2.1

What is shipped is no copy of them: 32 bits of the SHA-256 of each entry. Real lists are short passwords for the most part, and a
portal asks for 8 or 15 characters: so the entries of the password lists are also taken in the ways in which people make them
longer (twice and three times in a row, two of the commonest behind each other, years and counted digits behind them). A year, digits
or marks behind an entry, and capitals, are undone by the reader (common.c).

The file: 65,536 counts of one byte (how many entries begin with these 16 bits, sorted), then the other 16 bits of each entry,
big-endian. One in about 10,000 passwords that are on no list is taken for one that is.
"""
import gzip
import hashlib
import pathlib
import re
import sys

LEAST = 6
BESTSELLERS = 350


def words(folder):
    zx = (folder / "zxcvbn.py").read_text(encoding="utf-8")
    lists = {name: part.split(",") for name, part in re.findall(r'"(\w+)": "([^"]*)"\.split', zx)}
    common = [lists["passwords"], gzip.decompress((folder / "django.gz").read_bytes()).decode().split("\n"),
              [l for l in (folder / "john.lst").read_text(encoding="latin-1").split("\n") if not l.startswith("#!")]]
    passwords = dict.fromkeys(w.strip().lower() for part in common for w in part if w.strip())
    others = [w for name, part in lists.items() if name != "passwords" for w in part]
    others += (folder / "cracklib").read_text(encoding="latin-1").split("\n")
    return list(passwords), [w.strip().lower() for w in others if w.strip()]


def main():
    folder, out = map(pathlib.Path, sys.argv[1:])
    passwords, others = words(folder)
    entries = {w for w in passwords + others if len(w) >= LEAST}
    real = len({w for w in passwords if len(w) >= LEAST}), len(entries)
    for w in passwords:
        entries.update(v for v in (w * 2, w * 3, w * 4) if 8 <= len(v) <= 32)
    best = [w for w in passwords if len(w) >= 4][:BESTSELLERS]
    entries.update(a + b for a in best for b in best)
    prints = sorted({int.from_bytes(hashlib.sha256(w.encode()).digest()[:4], "big") for w in entries})
    counts = bytearray(65536)
    for p in prints:
        counts[p >> 16] += 1
    out.write_bytes(bytes(counts) + b"".join((p & 0xffff).to_bytes(2, "big") for p in prints))
    print(f"{real[0]} passwords of the lists, {real[1]} with words, {len(prints)} entries with variants")


main()
