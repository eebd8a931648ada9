// The commands of `tutti`. Each add_...() declares one with its options; running it sets `status`: 0 done, 1 some runs
// failed, 2 wrong usage or suite (thrown as Error and turned into 2 by main).
#pragma once

#include <CLI/App.hpp>

namespace tutti::cli {

/// Exit status of a command that was asked to stop.
inline constexpr int kInterrupted = 130;

void add_run(CLI::App& app, int& status);
void add_check(CLI::App& app, int& status);
void add_status(CLI::App& app, int& status);
void add_cancel(CLI::App& app, int& status);
void add_report(CLI::App& app, int& status);
void add_compare(CLI::App& app, int& status);
void add_watch(CLI::App& app, int& status);
void add_list(CLI::App& app, int& status);
void add_describe(CLI::App& app, int& status);
void add_new(CLI::App& app, int& status);
void add_verify(CLI::App& app, int& status);

}  // namespace tutti::cli
