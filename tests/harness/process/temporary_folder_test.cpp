#include "process/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

namespace tutti {
namespace {

TEST(TemporaryFolderOfPrograms, IsThereAsLongAsItsObjectAndGoesWithWhatIsInIt) {
  std::filesystem::path path;
  {
    const TemporaryFolder folder("tutti-test");
    path = folder.path();
    std::ofstream(path / "file") << "text";
    EXPECT_TRUE(std::filesystem::exists(path / "file"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TemporaryFolderOfPrograms, APlaceThatIsNotThereGetsASentence) {
  const char* before = std::getenv("TMPDIR");
  const std::optional<std::string> kept = before ? std::optional<std::string>(before) : std::nullopt;
  ::setenv("TMPDIR", "/no/such/folder", 1);
  std::string message;
  try {
    const TemporaryFolder folder("tutti-test");
  } catch (const Error& error) {
    message = error.what();
  }
  kept ? ::setenv("TMPDIR", kept->c_str(), 1) : ::unsetenv("TMPDIR");
  EXPECT_EQ(message, "there is no folder for temporary files; let TMPDIR name one");
}

}  // namespace
}  // namespace tutti
