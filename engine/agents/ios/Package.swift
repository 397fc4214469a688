// swift-tools-version:5.7
// SPDX-License-Identifier: MIT

import PackageDescription

let package = Package(
  name: "Headroom",
  platforms: [.iOS(.v15), .macOS(.v12)],
  products: [
    .library(name: "Headroom", targets: ["Headroom"]),
    .library(name: "HeadroomSample", targets: ["HeadroomSample"]),
  ],
  targets: [
    // Filled by assemble.py: the probe, the wire and the agent in C, as they stand in Headroom's tree.
    .target(
      name: "CHeadroom",
      cSettings: [.define("_DARWIN_C_SOURCE")]
    ),
    .target(name: "Headroom", dependencies: ["CHeadroom"]),
    .target(name: "HeadroomSample", dependencies: ["Headroom"]),
  ],
  cLanguageStandard: .gnu11
)
