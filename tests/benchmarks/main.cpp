// For the benchmark programs that register nothing themselves.
#include "run_benchmarks.hpp"

int main(int argc, char** argv) { return tutti::run_benchmarks(argc, argv); }
