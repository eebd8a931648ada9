// How a process is set up in which plugins compute.
#pragma once

#include "run/subnormal_numbers.hpp"

namespace tutti::run {

/// Prepares this process to run plugins; called once, before the first of them is opened, from the thread whose
/// children all later threads are.
/// * Libraries compute in one thread: their own switches for it are set in the environment.
/// * Subnormal numbers are flushed to zero. Threads take that over from the one that starts them.
/// * Memory that is freed stays with the process, so that the next update does not ask the system for it again.
void prepare_to_compute();

/// The mode of arithmetic that prepare_to_compute() has set for the calling process, before any plugin was opened; the
/// present one where it was not called.
ArithmeticMode prepared_arithmetic();

}  // namespace tutti::run
