#include "end_to_end/program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tutti::end_to_end {
namespace {

const std::filesystem::path kBuild = TUTTI_BINARY_DIR;
const std::string kProgram = (kBuild / "bin/tutti").string();

void redirect(const std::filesystem::path& file, int descriptor) {
  const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  ::dup2(opened, descriptor);
}

[[noreturn]] void become(const std::string& program, const std::vector<std::string>& arguments,
                         const std::filesystem::path& folder, const std::filesystem::path& out,
                         const std::filesystem::path& err) {
  redirect(out, STDOUT_FILENO);
  redirect(err, STDERR_FILENO);
  const std::string fixtures = (kBuild / "fixtures/sound").string() + ":" + (kBuild / "fixtures/toy").string();
  ::setenv("TUTTI_PLUGIN_PATH", fixtures.c_str(), 1);
  ::setenv("TUTTI", kProgram.c_str(), 1);
  std::vector<char*> pointers = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  if (::chdir(folder.c_str()) == 0) ::execv(program.c_str(), pointers.data());
  ::_exit(127);
}

/// Waits for the end of `child`.
int status_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

Outcome outcome_of(const std::string& program, const std::vector<std::string>& arguments,
                   const std::filesystem::path& folder) {
  const TemporaryFolder streams;
  const auto out = streams.path() / "out";
  const auto err = streams.path() / "err";
  const pid_t child = ::fork();
  if (child == 0) become(program, arguments, folder, out, err);
  const int status = status_of(child);
  return {.status = status, .out = content(out), .err = content(err)};
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "tutti_end_to_end_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

std::filesystem::path TemporaryFolder::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name) << text;
  return path_ / name;
}

int tutti_into(const std::filesystem::path& file, const std::vector<std::string>& arguments,
               const std::filesystem::path& folder) {
  const pid_t child = ::fork();
  if (child == 0) become(kProgram, arguments, folder, file, file);
  return status_of(child);
}

Outcome tutti(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
  return outcome_of(kProgram, arguments, folder);
}

Outcome shell(const std::string& script, const std::filesystem::path& folder) {
  return outcome_of("/bin/sh", {"-euc", script}, folder);
}

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  EXPECT_TRUE(stream) << file << " cannot be read";
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace tutti::end_to_end
