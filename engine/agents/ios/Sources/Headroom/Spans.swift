// SPDX-License-Identifier: MIT

import CHeadroom
import os

/// Spans are signposts too, so that Instruments shows the same scopes; it costs nothing while nobody records them.
private let signposter = OSSignposter(subsystem: "io.github.headroom", category: "spans")

extension Headroom {
  /// Measures `work` as a span within this thread's innermost open one. The name is a literal: a span is found by its address.
  ///
  ///     headroom.span("rank") {
  ///       headroom.span("draw") { draw(jobs) }
  ///       sort(jobs)
  ///     }
  ///
  /// A span ends on the thread that began it: `work` must not suspend.
  public func span<Result>(_ name: StaticString, _ work: () throws -> Result) rethrows -> Result {
    // The signpost lies around the span, so that its own cost is not measured.
    let interval = signposter.beginInterval(name)
    let span = name.withCName { hr_span_begin(probe, $0) }
    defer {
      hr_span_end(probe, span)
      signposter.endInterval(name, interval)
    }
    return try work()
  }
}

extension StaticString {
  /// A literal's bytes stay where they are for the life of the app, and end with a zero.
  fileprivate func withCName<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    precondition(hasPointerRepresentation, "a span's name is a string literal")
    return utf8Start.withMemoryRebound(to: CChar.self, capacity: utf8CodeUnitCount + 1) { body($0) }
  }
}
