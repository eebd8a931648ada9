// The stack of a process that has crashed, with the names of functions.
#pragma once

namespace tutti::run {

/// Loads what write_stack_trace() needs, so that a handler of signals does not.
void prepare_stack_trace();

/// Writes one line for each frame of this thread to `descriptor`: function, if its library was not stripped of its
/// names, and the place in its file that addr2line understands. For handlers of fatal signals: whatever is broken in
/// this process breaks at most a child of it, and then the lines have places only.
void write_stack_trace(int descriptor);

}  // namespace tutti::run
