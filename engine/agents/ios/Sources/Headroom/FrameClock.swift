// SPDX-License-Identifier: MIT

#if canImport(UIKit)
import Foundation
import QuartzCore

/// How far the main thread's frames lie apart. A ProMotion display is followed at 120 Hz only in an app whose Info.plist sets
/// CADisableMinimumFrameDurationOnPhone. What a Metal layer presents by itself is not in it.
@MainActor
final class FrameClock {
  private let told: (UInt64) -> Void
  private var before: CFTimeInterval?

  init(_ told: @escaping (UInt64) -> Void) {
    self.told = told
    let link = CADisplayLink(target: Target(self), selector: #selector(Target.tick(_:)))
    link.add(to: .main, forMode: .common)
  }

  fileprivate func tick(_ link: CADisplayLink) {
    // Two time stamps lie apart what the frame between them took; a pause of the link, in the background, is none.
    if let before = before, link.timestamp > before, link.timestamp - before < 1 {
      told(UInt64((link.timestamp - before) * 1e9))
    }
    before = link.timestamp
  }
}

/// The run loop keeps the display link, and that its target; this one does not keep the clock, and ends the link when it is gone.
private final class Target: NSObject {
  private weak var clock: FrameClock?

  init(_ clock: FrameClock) {
    self.clock = clock
  }

  @MainActor @objc func tick(_ link: CADisplayLink) {
    guard let clock = clock else {
      link.invalidate()
      return
    }
    clock.tick(link)
  }
}
#endif
