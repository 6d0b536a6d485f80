# SPDX-License-Identifier: Apache-2.0
# A thin front for CMake. `sudo make demo` and `sudo make test` do everything on a fresh Debian 12.
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
CMAKE_BUILD = cmake --build
# ON or OFF; without it as the build folder has it, and a new one is without tests.
TESTS ?= $(if $(wildcard build/CMakeCache.txt),,OFF)

# A second checkout finds what the first one compiled.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

.PHONY: help
help:
	@echo "make demo      install packages, build, run a pod with its sysctls, show the result"
	@echo "make test      install packages, build, run the tests"
	@echo "make build     release binaries in build/bin/"
	@echo "make install   DESTDIR=, PREFIX=$(PREFIX)"
	@echo "make deb       a Debian package in build/"
	@echo "make unit | asan | tsan | kernel | e2e | matrix | fuzz | lint | bench   parts of the tests"

.PHONY: setup-demo setup-test
setup-demo:
	@tools/setup_debian.sh demo
setup-test:
	@tools/setup_debian.sh test

.PHONY: build
build:
	@cmake --preset release $(TESTS:%=-DPSYS_TESTS=%) >build.log 2>&1 || { cat build.log; exit 1; }; rm -f build.log
	@$(CMAKE_BUILD) build -j $(JOBS)

.PHONY: demo
demo: setup-demo
	@$(MAKE) --no-print-directory build TESTS=OFF
	@tools/demo.sh

.PHONY: test
test: setup-test
	@tools/test_all.sh

unit kernel e2e: TESTS := ON

.PHONY: unit
unit: build
	@ctest --test-dir build -L unit --output-on-failure -j $(JOBS)

.PHONY: kernel e2e
kernel e2e: build
	@ctest --test-dir build -L $@ --output-on-failure

.PHONY: asan tsan matrix fuzz lint
asan tsan matrix lint:
	@tools/test_all.sh $@
fuzz:
	@$(if $(FUZZ_SECONDS),PSYS_FUZZ_SECONDS=$(FUZZ_SECONDS)) tools/test_all.sh fuzz

.PHONY: bench
bench: build
	@bench/run.sh

.PHONY: install deb
install: build
	@DESTDIR=$(DESTDIR) cmake --install build --strip --prefix $(PREFIX)
deb: build
	@cd build && cpack -G DEB

.PHONY: clean
clean:
	@rm -rf build
