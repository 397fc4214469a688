// SPDX-License-Identifier: MIT

#if canImport(SwiftUI) && canImport(UIKit)
import Headroom
import SwiftUI

/// A view with something to measure: every tap sorts jobs, in spans, against the ranker's budget. For a first look at the whole way from a
/// tap on the phone to a number on the desktop.
public struct RankerView: View {
  @StateObject private var ranker = Ranker()

  public init() {}

  public var body: some View {
    VStack(spacing: 16) {
      Text(ranker.status).font(.footnote).foregroundColor(.secondary)
      Text("\(ranker.batches) batches ranked").font(.title2).monospacedDigit()
      Button("Rank 10 000 jobs") { ranker.rank() }.buttonStyle(.borderedProminent)
    }
    .padding()
    .onAppear { ranker.appear() }
  }
}

@MainActor
private final class Ranker: ObservableObject {
  @Published var batches = 0
  @Published var status = "Starting…"

  private var headroom: Headroom?
  private var jobs = (0..<10_000).map { UInt64($0) }
  private var generator = SystemRandomNumberGenerator()

  func appear() {
    guard headroom == nil else { return }
    let started = Headroom.start("Ranker sample")
    started.followFrames()
    headroom = started
    if let address = started.address {
      status = "Listening on " + address
    } else {
      status = "Headroom: " + (started.problem ?? "not served")
    }
  }

  func rank() {
    guard let headroom = headroom else { return }
    headroom.duration("thompson_duration_ms").measure(items: jobs.count) {
      headroom.span("batch") {
        headroom.span("draw") { jobs.shuffle(using: &generator) }
        headroom.span("order") { jobs.sort() }
      }
    }
    headroom.poll()
    batches += 1
  }
}
#endif
