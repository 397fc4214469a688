// SPDX-License-Identifier: MIT

import CHeadroom
import Foundation

#if canImport(UIKit)
import UIKit
#endif

/// The app's recording, and the agent that serves it to a desktop on the other end of the cable.
///
///     let headroom = Headroom.start("Ranker")
///     let ranking = headroom.duration("thompson_duration_ms")
///
///     ranking.measure(items: jobs.count) { rank(jobs) }
///
/// Start it once and keep it: it ends with its last reference, and with those of what it measures. Recording is safe from any thread; what
/// changes here afterwards, `frames`, belongs to the main thread.
public final class Headroom: @unchecked Sendable {
  let probe: OpaquePointer
  private let agent: OpaquePointer?

  /// Why no desktop can see the app, "cannot listen: Address already in use"; nil: one can. The app goes on either way, and whatever it
  /// measures runs.
  public let problem: String?

  private var observers: [NSObjectProtocol] = []

  #if canImport(UIKit)
  private var frames: FrameClock?
  #endif

  /// Begins to record as `name`, and listens on the phone's loopback, where the cable leads to.
  ///
  /// - Parameters:
  ///   - port: what the desktop connects to. Other apps of the phone share the loopback.
  ///   - token: 32 hexadecimal digits that a desktop has to know; nil: none is wanted.
  public static func start(_ name: String, port: UInt16 = UInt16(HR_EMBED_PORT), token: String? = nil) -> Headroom {
    let probe: OpaquePointer = hr_probe_open_in_memory(name) // never NULL
    let (agent, problem) = startAgent(probe, port, token)

    return Headroom(probe: probe, agent: agent, problem: problem)
  }

  /// A recording that nothing serves and no desktop sees, for builds that are shipped: whatever is measured runs as it does otherwise.
  public static func unserved(_ name: String) -> Headroom {
    let probe: OpaquePointer = hr_probe_open_in_memory(name)

    return Headroom(probe: probe, agent: nil, problem: "not served")
  }

  /// The agent, or what is wrong. It tells by itself what the phone and its system are.
  private static func startAgent(_ probe: OpaquePointer, _ port: UInt16, _ token: String?) -> (OpaquePointer?, String?) {
    let capacity = 256
    var message = [CChar](repeating: 0, count: capacity)
    let agent = "tcp:\(port)".withCString { listen -> OpaquePointer? in
      withOptionalCString(token) { token -> OpaquePointer? in
        var options = HrEmbedOptions()
        options.listen = listen
        options.token = token
        return hr_embed_start(probe, &options, &message, capacity)
      }
    }

    return (agent, agent != nil ? nil : message.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })
  }

  private init(probe: OpaquePointer, agent: OpaquePointer?, problem: String?) {
    self.probe = probe
    self.agent = agent
    self.problem = problem
    if agent != nil {
      followApp()
      followPlatform()
    }
  }

  deinit {
    for observer in observers {
      NotificationCenter.default.removeObserver(observer)
    }
    hr_embed_stop(agent)
    hr_probe_close(probe)
  }

  /// Where the agent listens, "tcp:7777"; nil: nowhere.
  public var address: String? {
    guard let agent = agent else { return nil }
    return String(cString: hr_embed_address(agent))
  }

  /// Whether records are taken now: a desktop may have stopped sampling. Saves what it takes to prepare a record.
  public var isSampling: Bool {
    hr_probe_sampling(probe)
  }

  /// Runs `cleanup` when the desktop, or a phone that is short of memory, asks the app to free what it can: on the thread that calls
  /// `poll()`, and at most once a call.
  public func onCleanup(_ cleanup: @escaping () -> Void) {
    let box = Unmanaged.passRetained(CleanupBox(cleanup))

    // It stays for the life of the app, as the probe may call it until it is closed.
    hr_probe_on_cleanup(probe, { Unmanaged<CleanupBox>.fromOpaque($0!).takeUnretainedValue().cleanup() }, box.toOpaque())
  }

  /// Lets the desktop's commands take effect. Where it fits: once a batch, or once a second.
  public func poll() {
    hr_probe_poll(probe)
  }

  /// An app that goes to the background loses its sockets; they are closed on purpose and made again, and what was measured meanwhile
  /// is sent then.
  private func followApp() {
    #if canImport(UIKit)
    observe(UIApplication.didEnterBackgroundNotification) { hr_embed_suspend($0) }
    observe(UIApplication.willEnterForegroundNotification) { hr_embed_resume($0) }
    observe(UIApplication.didReceiveMemoryWarningNotification) { hr_embed_memory_pressure($0, 1) }
    #endif
  }

  /// The thermal state is told only after it was read once.
  private func followPlatform() {
    withAgent(Headroom.tellThermalState)
    observe(ProcessInfo.thermalStateDidChangeNotification) { Headroom.tellThermalState($0) }
  }

  private static func tellThermalState(_ agent: OpaquePointer) {
    hr_embed_thermal(agent, UInt32(ProcessInfo.processInfo.thermalState.rawValue))
  }

  private func observe(_ name: Notification.Name, _ handler: @escaping @Sendable (OpaquePointer) -> Void) {
    observers.append(NotificationCenter.default.addObserver(forName: name, object: nil, queue: .main) { [weak self] _ in
      self?.withAgent(handler)
    })
  }

  /// The agent is there until this returns, as its owner is.
  private func withAgent(_ body: (OpaquePointer) -> Void) {
    guard let agent = agent else { return }
    body(agent)
  }

  #if canImport(UIKit)
  /// Measures the main thread's frames from now on, as `ui_frame_time_ms`. On the main thread.
  @MainActor
  public func followFrames() {
    guard frames == nil else { return }
    frames = FrameClock { [weak self] nanoseconds in
      self?.withAgent { hr_embed_frame($0, nanoseconds) }
    }
  }
  #endif
}

private final class CleanupBox {
  let cleanup: () -> Void

  init(_ cleanup: @escaping () -> Void) {
    self.cleanup = cleanup
  }
}

private func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
  guard let text = text else { return body(nil) }
  return text.withCString { body($0) }
}
