// The launcher starts its own program as worker, so this test program is one, too.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "run/worker.hpp"

int main(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == "worker") {
    tutti::run::work(tutti::run::worker_options(std::vector<std::string>(argv + 1, argv + argc)));
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
