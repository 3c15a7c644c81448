#!/usr/bin/env bash
# `swift build` or `swift test` for release, optimising the modules whose loops do the work and none else: all optimised takes more
# than twice the processor seconds for packages, pages and commands that run no faster for a person. Package.swift says which are
# hot. `make run` and `make test` both build so and share the packages. Usage: release.sh build|test ARGUMENTS
exec swift "$1" -c release -Xswiftc -Onone -Xswiftc -no-emit-module-separately-wmo "${@:2}"
