// Part of every test program with LibTorch: with TUTTI_TEST_BY_OPERATORS=1 in its environment all its tests compute by
// LibTorch's operators, as a GPU would, instead of by the loops of the CPU. What they expect is the same.
#include <cstdlib>
#include <memory>

#include "nn/operators.hpp"

namespace tutti {
namespace {

const auto everywhere =
    std::getenv("TUTTI_TEST_BY_OPERATORS") != nullptr ? std::make_unique<OperatorsEverywhere>() : nullptr;

}  // namespace
}  // namespace tutti
