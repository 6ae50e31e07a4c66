# Daily work; ./run and ./test need nothing, these need what scripts/deps.sh installs.
.PHONY: all test profiled bench fuzz sim soak check docs install deb nightly clean help
PREFIX ?= /usr/local

all: build/release/build.ninja ## build the library, apusc, apus and the services
	@ninja -C build/release

build/%/build.ninja: CMakeLists.txt CMakePresets.json
	@scripts/assets.sh
	@cmake --preset $* >/dev/null

test: ## build and run all tests
	@./test

profiled: ## the library laid out for what servers run, as it is installed (gcc; builds twice)
	@scripts/profiled.sh

bench: profiled ## measure: the floor, the loads, the curves
	@scripts/bench.sh build/profiled

fuzz: build/fuzz/build.ninja ## fuzz every target for TIME seconds each (60)
	@ninja -C build/fuzz && scripts/fuzz.sh build/fuzz $${TIME:-60}

check: ## style, floors, format, docs
	@scripts/check_floors.py && scripts/check_style.py && scripts/check_format.sh && scripts/check_docs.py

docs: ## the documents as a searchable site in build/site/html
	@scripts/site.py

install: profiled ## install to PREFIX (/usr/local)
	@cmake --install build/profiled --prefix $(PREFIX)

deb: profiled ## Debian packages in build/profiled/packages
	@cd build/profiled && cpack >cpack.log 2>&1 || { cat cpack.log >&2; exit 1; }
	@ls build/profiled/packages/*.deb

nightly: ## what takes longer: thousands of simulated days, long fuzzing, all conformance cases
	@scripts/nightly.sh

soak: build/test/build.ninja ## mixed load with faults for MINUTES (20): memory and descriptors stay
	@ninja -C build/test soak_service && tests/soak/soak.py build/test/tests/sim/soak_service --seconds $$(($${MINUTES:-20} * 60))

slow: build/test/build.ninja ## thousands of slow and idle clients: ordinary requests must not notice
	@ninja -C build/test example_hello bench_surge && { scripts/slow_clients.py build/test || [ $$? = 77 ]; }

sim: build/asan/build.ninja ## simulate SEEDS (20000 that nobody has seen) with sanitizers
	@ninja -C build/asan sim && scripts/sim.sh build/asan/tests/sim/sim $(SEEDS)

clean: ## forget every build
	@rm -rf build

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12
