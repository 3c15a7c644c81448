#!/usr/bin/env bash
# `swift build` for release, optimising our own modules and no package: GRDB, ArgumentParser and Yams take a third of the processor
# seconds to compile, and a start of the program some milliseconds more. Package.swift keeps ours optimised.
# Usage: release.sh build ARGUMENTS
exec swift "$1" -c release -Xswiftc -Onone -Xswiftc -no-emit-module-separately-wmo "${@:2}"
