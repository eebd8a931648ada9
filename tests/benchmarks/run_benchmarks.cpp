#include "run_benchmarks.hpp"

#include <benchmark/benchmark.h>

#include <sstream>
#include <string>

#include "run/preparation.hpp"

namespace {

/// Leaves out the warning that Google Benchmark was built for debugging. Debian builds it without NDEBUG, which adds
/// assertions between measurements and nothing within one.
class Reporter final : public benchmark::ConsoleReporter {
 public:
  bool ReportContext(const Context& context) override {
    std::ostream& err = GetErrorStream();
    std::ostringstream text;
    SetErrorStream(&text);
    const bool result = ConsoleReporter::ReportContext(context);
    SetErrorStream(&err);
    std::istringstream lines(text.str());
    for (std::string line; std::getline(lines, line);) {
      if (line.find("Library was built as DEBUG") == std::string::npos) err << line << '\n';
    }
    return result;
  }
};

}  // namespace

namespace tutti {

int run_benchmarks(int argc, char** argv) {
  run::prepare_to_compute();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
  return 0;
}

}  // namespace tutti
