import DurableFiles
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What happens to one call to the file system.
public enum Fault: CaseIterable, Sendable {
    case diskFull, deviceError, denied, interrupted, shortWrite
    /// The process ends here: no call after it happens.
    case death

    /// Those that a program notices and says.
    public static let reported: [Fault] = [.diskFull, .deviceError, .denied]

    fileprivate var code: Int32 {
        switch self {
        case .diskFull: ENOSPC
        case .deviceError, .death: EIO
        case .denied: EACCES
        case .interrupted: EINTR
        case .shortWrite: 0
        }
    }
}

/// The system's calls with a fault at one of them.
public final class FaultyCalls: Sendable {
    private let fault: Fault
    private let place: Int
    private let count = Atomic(0)

    /// A fault at the call with the number `place`, from 0.
    public init(_ fault: Fault, at place: Int) { (self.fault, self.place) = (fault, place) }

    /// No fault at all: to count the calls.
    public convenience init() { self.init(.shortWrite, at: -1) }

    /// How many calls there were.
    public var calls: Int { count.load(ordering: .relaxed) }

    private var strikes: Bool {
        let index = count.add(1, ordering: .relaxed).oldValue
        return fault == .death ? index >= place : index == place
    }

    private func call(_ really: () -> Int32) -> Int32 {
        guard strikes, fault != .shortWrite else { return really() }
        errno = fault.code
        return -1
    }

    /// What the tested code is given.
    public var layer: FileCalls {
        let system = FileCalls.system
        var layer = FileCalls()
        layer.open = { path, flags, mode in self.call { system.open(path, flags, mode) } }
        layer.truncate = { file in self.call { system.truncate(file) } }
        // Slow, and nothing of it is seen here: once is enough.
        layer.sync = { file in self.call { self.place < 0 ? system.sync(file) : 0 } }
        layer.rename = { from, to in self.call { system.rename(from, to) } }
        layer.makeLink = { target, path in self.call { system.makeLink(target, path) } }
        layer.makeFolder = { path, mode in self.call { system.makeFolder(path, mode) } }
        layer.removeFile = { path in self.call { system.removeFile(path) } }
        layer.removeFolder = { path in self.call { system.removeFolder(path) } }
        layer.lock = { file in self.call { system.lock(file) } }
        // A descriptor is gone whatever closing it said.
        layer.close = { file in
            let result = system.close(file)
            return self.call { result }
        }
        layer.write = { file, bytes in
            guard self.strikes else { return system.write(file, bytes) }
            if self.fault == .shortWrite {
                return system.write(file, UnsafeRawBufferPointer(rebasing: bytes.prefix(max(1, bytes.count / 2))))
            }
            errno = self.fault.code
            return -1
        }
        return layer
    }
}

/// Runs a case once for each fault at each call that it makes without one: whatever call fails, at whatever count.
///
/// - Parameters:
///   - run: what is tested, given the calls to make; anew each time. What it prepares with other calls is not counted.
///   - judge: told the fault, the number of the call and the outcome.
/// - Returns: how many calls there are.
public func withEveryFault<Outcome>(
    _ faults: [Fault] = Fault.allCases, _ run: (FileCalls) throws -> Outcome,
    judge: (Fault, Int, Outcome) throws -> Void
) rethrows -> Int {
    let counter = FaultyCalls()
    _ = try run(counter.layer)
    for fault in faults {
        for place in 0..<counter.calls { try judge(fault, place, try run(FaultyCalls(fault, at: place).layer)) }
    }
    return counter.calls
}
