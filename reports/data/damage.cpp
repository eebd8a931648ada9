#include "reports/data/damage.hpp"

namespace tutti::reports {
namespace {

constexpr std::size_t kNamedRows = 5;

}  // namespace

DamageList::~DamageList() {
  if (left_out_ > 0) damage_.push_back({file_, "and " + std::to_string(left_out_) + " more rows"});
}

void DamageList::add(std::string what) {
  ++count_;
  damage_.push_back({file_, std::move(what)});
}

void DamageList::add_row(std::size_t line, const std::string& what) {
  if (count_ >= kNamedRows) {
    ++count_;
    ++left_out_;
    return;
  }
  add("line " + std::to_string(line) + ": " + what + "; the row is left out");
}

}  // namespace tutti::reports
