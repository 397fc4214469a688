// SPDX-License-Identifier: MIT

import CHeadroom

extension Headroom {
  /// How long something takes, in milliseconds, with its percentiles.
  public func duration(_ name: String) -> Duration {
    Duration(probe: probe, metric: hr_probe_metric(probe, name, HR_KIND_DURATION, HR_UNIT_MILLISECONDS, HR_DIRECTION_LOWER))
  }

  /// A level: the length of a queue, a share of hits.
  public func gauge(_ name: String, unit: HrUnit = HR_UNIT_COUNT, better: HrDirection = HR_DIRECTION_LOWER) -> Gauge {
    Gauge(probe: probe, metric: hr_probe_metric(probe, name, HR_KIND_GAUGE, unit, better))
  }

  /// Something that is counted: jobs, requests, errors.
  public func counter(_ name: String, better: HrDirection = HR_DIRECTION_HIGHER) -> Counter {
    Counter(probe: probe, metric: hr_probe_metric(probe, name, HR_KIND_COUNTER, HR_UNIT_COUNT, better))
  }

  /// Something that happens, and is worth a mark.
  public func event(_ name: String) -> Event {
    Event(probe: probe, metric: hr_probe_metric(probe, name, HR_KIND_EVENT, HR_UNIT_COUNT, HR_DIRECTION_LOWER))
  }
}

/// See `Headroom.duration(_:)`.
public struct Duration {
  let probe: OpaquePointer
  let metric: HrMetric

  /// Measures `work`, which is so many pieces of it together: time per piece is what budgets are about.
  public func measure<Result>(items: Int = 1, _ work: () throws -> Result) rethrows -> Result {
    let begin = hr_probe_begin(probe)
    defer { hr_probe_end(probe, metric, begin, UInt32(clamping: items)) }
    return try work()
  }

  /// Records what was measured elsewhere.
  public func record(nanoseconds: UInt64, items: Int = 1) {
    hr_probe_duration(probe, metric, nanoseconds, UInt32(clamping: items))
  }
}

/// See `Headroom.gauge(_:unit:better:)`.
public struct Gauge {
  let probe: OpaquePointer
  let metric: HrMetric

  public func set(_ value: Double) {
    hr_probe_gauge(probe, metric, value)
  }
}

/// See `Headroom.counter(_:better:)`.
public struct Counter {
  let probe: OpaquePointer
  let metric: HrMetric

  public func add(_ increment: Int = 1) {
    hr_probe_count(probe, metric, UInt32(clamping: increment))
  }
}

/// See `Headroom.event(_:)`.
public struct Event {
  let probe: OpaquePointer
  let metric: HrMetric

  public func happen(_ value: Double = 0) {
    hr_probe_event(probe, metric, value)
  }
}
