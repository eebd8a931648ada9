// What could not be used of the files that a report reads.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tutti::reports {

/// A file or row that could not be used.
struct Damage {
  std::string file;  // relative to the folder that was given
  std::string what;
};

/// Collects what is wrong with one file, at most a few rows by name and the others by number.
class DamageList {
 public:
  DamageList(std::vector<Damage>& damage, std::string file) : damage_(damage), file_(std::move(file)) {}
  ~DamageList();
  DamageList(const DamageList&) = delete;
  DamageList& operator=(const DamageList&) = delete;

  void add(std::string what);
  void add_row(std::size_t line, const std::string& what);
  bool empty() const { return count_ == 0; }

 private:
  std::vector<Damage>& damage_;
  std::string file_;
  std::size_t count_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace tutti::reports
