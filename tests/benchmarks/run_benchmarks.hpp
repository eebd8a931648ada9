// What every benchmark program does with its command line.
#pragma once

namespace tutti {

/// Runs what is registered, in a process that is prepared as that of a run is. Returns the exit status.
int run_benchmarks(int argc, char** argv);

}  // namespace tutti
