// SPDX-License-Identifier: MIT

import CHeadroom
import Foundation

#if canImport(UIKit)
import UIKit
#endif

/// Why an app could not be made visible to Headroom. The app itself goes on.
public struct HeadroomError: Error, CustomStringConvertible {
  public let description: String
}

/// The app's recording, and the agent that serves it to a desktop on the other end of the cable.
///
///     let headroom = try Headroom.start("Ranker")
///     let ranking = headroom.duration("thompson_duration_ms")
///
///     ranking.measure(items: jobs.count) { rank(jobs) }
///
/// Start it once and keep it: it ends with its last reference. Recording is safe from any thread.
public final class Headroom {
  let probe: OpaquePointer
  private let agent: OpaquePointer
  private var observers: [NSObjectProtocol] = []

  #if canImport(UIKit)
  private var frames: FrameClock?
  #endif

  /// Begins to record as `name`, and listens on the phone's loopback, where the cable leads to.
  ///
  /// - Parameters:
  ///   - port: what the desktop connects to. Other apps of the phone share the loopback.
  ///   - token: 32 hexadecimal digits that a desktop has to know; nil: none is wanted.
  public static func start(_ name: String, port: UInt16 = UInt16(HR_EMBED_PORT), token: String? = nil) throws -> Headroom {
    guard let probe = hr_probe_open(name) else {
      throw HeadroomError(description: "out of memory")
    }

    let capacity = 256
    var message = [CChar](repeating: 0, count: capacity)
    let agent: OpaquePointer? = "tcp:\(port)".withCString { listen in
      withOptionalCString(token) { token in
        withOptionalCString(deviceDescription()) { detail in
          var options = HrEmbedOptions()
          options.listen = listen
          options.token = token
          options.detail = detail
          return hr_embed_start(probe, &options, &message, capacity)
        }
      }
    }
    guard let agent else {
      hr_probe_close(probe)
      throw HeadroomError(description: String(cString: message))
    }

    return Headroom(probe: probe, agent: agent)
  }

  private init(probe: OpaquePointer, agent: OpaquePointer) {
    self.probe = probe
    self.agent = agent
    followApp()
    followPlatform()
  }

  deinit {
    observers.forEach(NotificationCenter.default.removeObserver)
    #if canImport(UIKit)
    frames?.stop()
    #endif
    hr_embed_stop(agent)
    hr_probe_close(probe)
  }

  /// Where the agent listens, "tcp:7777".
  public var address: String {
    String(cString: hr_embed_address(agent))
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
    observe(UIApplication.didEnterBackgroundNotification) { hr_embed_suspend($0.agent) }
    observe(UIApplication.willEnterForegroundNotification) { hr_embed_resume($0.agent) }
    observe(UIApplication.didReceiveMemoryWarningNotification) { hr_embed_memory_pressure($0.agent, 1) }
    #endif
  }

  /// The thermal state is told only after it was read once.
  private func followPlatform() {
    hr_embed_thermal(agent, UInt32(ProcessInfo.processInfo.thermalState.rawValue))
    observe(ProcessInfo.thermalStateDidChangeNotification) {
      hr_embed_thermal($0.agent, UInt32(ProcessInfo.processInfo.thermalState.rawValue))
    }
  }

  private func observe(_ name: Notification.Name, _ handler: @escaping (Headroom) -> Void) {
    observers.append(NotificationCenter.default.addObserver(forName: name, object: nil, queue: .main) { [weak self] _ in
      self.map(handler)
    })
  }

  #if canImport(UIKit)
  /// Measures the main thread's frames from now on, as `ui_frame_time_ms`. On the main thread.
  @MainActor
  public func followFrames() {
    guard frames == nil else { return }
    frames = FrameClock { [weak self] nanoseconds in
      guard let self else { return }
      hr_embed_frame(self.agent, nanoseconds)
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
  guard let text else { return body(nil) }
  return text.withCString(body)
}

/// "iPhone · iOS 17.2", or nil where the platform does not say.
private func deviceDescription() -> String? {
  #if canImport(UIKit)
  let device = UIDevice.current
  return "\(device.model) · \(device.systemName) \(device.systemVersion)"
  #else
  return nil
  #endif
}
