// SPDX-License-Identifier: MIT

import CHeadroom

// Within the class, so that they hide nothing of the app's: Swift and Foundation have a Duration and a Unit of their own.
extension Headroom {
  /// What values are counted in.
  public enum Unit: Sendable {
    case count, milliseconds, megabytes, ratio, perSecond, megabytesPerSecond

    var unit: HrUnit {
      switch self {
      case .count: return HR_UNIT_COUNT
      case .milliseconds: return HR_UNIT_MILLISECONDS
      case .megabytes: return HR_UNIT_MEGABYTES
      case .ratio: return HR_UNIT_RATIO
      case .perSecond: return HR_UNIT_PER_SECOND
      case .megabytesPerSecond: return HR_UNIT_MEGABYTES_PER_SECOND
      }
    }
  }

  /// Which way values should go.
  public enum Better: Sendable {
    case lower, higher

    var direction: HrDirection {
      switch self {
      case .lower: return HR_DIRECTION_LOWER
      case .higher: return HR_DIRECTION_HIGHER
      }
    }
  }

  /// How long something takes, in milliseconds, with its percentiles.
  public func duration(_ name: String) -> Duration {
    Duration(headroom: self, metric: metric(name, HR_KIND_DURATION, .milliseconds, .lower))
  }

  /// A level: the length of a queue, a share of hits.
  public func gauge(_ name: String, unit: Unit = .count, better: Better = .lower) -> Gauge {
    Gauge(headroom: self, metric: metric(name, HR_KIND_GAUGE, unit, better))
  }

  /// Something that is counted: jobs, requests, errors.
  public func counter(_ name: String, better: Better = .higher) -> Counter {
    Counter(headroom: self, metric: metric(name, HR_KIND_COUNTER, .count, better))
  }

  /// Something that happens, and is worth a mark.
  public func event(_ name: String) -> Event {
    Event(headroom: self, metric: metric(name, HR_KIND_EVENT, .count, .lower))
  }

  private func metric(_ name: String, _ kind: HrKind, _ unit: Unit, _ better: Better) -> HrMetric {
    hr_probe_metric(probe, name, kind, unit.unit, better.direction)
  }

  /// See `Headroom.duration(_:)`.
  public struct Duration: Sendable {
    let headroom: Headroom
    let metric: HrMetric

    /// Measures `work`, which is so many pieces of it together: time per piece is what budgets are about.
    public func measure<Result>(items: Int = 1, _ work: () throws -> Result) rethrows -> Result {
      let begin = hr_probe_begin(headroom.probe)
      defer { hr_probe_end(headroom.probe, metric, begin, UInt32(clamping: items)) }
      return try work()
    }

    /// Records what was measured elsewhere.
    public func record(nanoseconds: UInt64, items: Int = 1) {
      hr_probe_duration(headroom.probe, metric, nanoseconds, UInt32(clamping: items))
    }
  }

  /// See `Headroom.gauge(_:unit:better:)`.
  public struct Gauge: Sendable {
    let headroom: Headroom
    let metric: HrMetric

    public func set(_ value: Double) {
      hr_probe_gauge(headroom.probe, metric, value)
    }
  }

  /// See `Headroom.counter(_:better:)`.
  public struct Counter: Sendable {
    let headroom: Headroom
    let metric: HrMetric

    public func add(_ increment: Int = 1) {
      hr_probe_count(headroom.probe, metric, UInt32(clamping: increment))
    }
  }

  /// See `Headroom.event(_:)`.
  public struct Event: Sendable {
    let headroom: Headroom
    let metric: HrMetric

    public func happen(_ value: Double = 0) {
      hr_probe_event(headroom.probe, metric, value)
    }
  }
}
