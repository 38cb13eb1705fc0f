# The doors of the house: everything a person does with this folder is one of these words (see `make help`). The work
# itself is in meson.build and scripts/.

DATA ?= ./demo-data
PORT ?= 8080
SECONDS_EACH ?= 30
PREFIX ?= /usr/local
DESTDIR ?=
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif

RELEASE = build/release
release_options = --buildtype=release -Db_lto=true -Db_lto_threads=2

.PHONY: build demo test check check-clang fuzz nightly lighthouse bench install deb fmt clean help
.NOTPARALLEL:

build:
	@scripts/setup build
	@scripts/configure $(RELEASE) "$(CC)" $(release_options) --prefix=$(PREFIX)
	@ninja -C $(RELEASE) --quiet shipped

demo:
	@! bash -c 'exec </dev/tcp/127.0.0.1/$(PORT)' 2>/dev/null || { echo "demo: something listens on port $(PORT) already; make demo PORT=8081 takes another" >&2; exit 1; }
	@scripts/setup demo
	@scripts/configure $(RELEASE) "$(CC)" $(release_options) --prefix=$(PREFIX)
	@ninja -C $(RELEASE) --quiet stoa
	@exec scripts/demo --stoa $(RELEASE)/stoa --data "$(DATA)" --port "$(PORT)"

test:
	@scripts/setup test
	@CC="$(CC)" scripts/run-tests

check:
	@scripts/setup test
	@CC="$(CC)" scripts/run-tests --quick

check-clang:
	@scripts/setup test
	@scripts/configure build/clang clang -Dwerror=true
	@ninja -C build/clang

fuzz:
	@scripts/setup test
	@scripts/fuzz all $(SECONDS_EACH)

# What takes too long for every change: each fuzz target for ten minutes, races sought by the thread sanitizer, 20,000 random questions.
nightly:
	@$(MAKE) --no-print-directory fuzz SECONDS_EACH=600
	@scripts/threads
	@STOA_WHOLE=1 STOA_ORACLE_QUERIES=20000 scripts/run-tests --only oracle,http,meta,browser

lighthouse:
	@scripts/setup test
	@scripts/configure $(RELEASE) "$(CC)" $(release_options) --prefix=$(PREFIX)
	@ninja -C $(RELEASE) --quiet stoa
	@node scripts/lighthouse.mjs $(RELEASE)/stoa "$(DATA)" isoc.localhost world-cities

bench: build
	@scripts/setup bench
	@scripts/bench $(RELEASE)

install: build
	@DESTDIR="$(DESTDIR)" meson install -C $(RELEASE) --no-rebuild --quiet
	@echo "installed below $(DESTDIR)$(PREFIX)"

deb:
	@scripts/setup package
	@packaging/deb/build

fmt:
	@git ls-files -z '*.c' '*.h' '*.def' '*.py' '*.mjs' '*.ts' '*.css' '*.md' '*.build' | \
		xargs -0 sed -i -e 's/[ \t]*$$//' -e '$$a\'

clean:
	rm -rf $(RELEASE) build/test build/clang build/fuzz build/threads build/deb dist

help:
	@echo 'make             build release into $(RELEASE)'
	@echo 'make demo        build, create the five demo portals in DATA=$(DATA), serve them on PORT=$(PORT)'
	@echo 'make test        every test, with address and undefined-behaviour sanitizers'
	@echo 'make check       the quick tests only'
	@echo 'make check-clang compile everything with clang, warnings as errors'
	@echo 'make fuzz        every fuzz target for SECONDS_EACH=$(SECONDS_EACH) s; fails when one crashes'
	@echo 'make nightly     fuzz each target for ten minutes, look for races, ask 20,000 random questions, and whole what daily tests ask by halves'
	@echo 'make lighthouse  measure pages of the demo in DATA=$(DATA) with Lighthouse, against their bars'
	@echo 'make bench       measure against nginx, bare DuckDB, PostgreSQL and SQLite'
	@echo 'make install     install below PREFIX=$(PREFIX) (and DESTDIR)'
	@echo 'make deb         build dist/stoa_VERSION_ARCH.deb'
	@echo 'make fmt         strip trailing blanks'
	@echo 'make clean       remove what was built (not the demo data, not the downloads)'
