#include <gif_lib.h>
#include <gtest/gtest.h>

#include <csignal>

#include "harness/results/temporary_folder.hpp"
#include "tutti/canvas.hpp"
#include "tutti/error.hpp"
#include "watch/gif.hpp"
#include "watch/mp4.hpp"

namespace tutti::watch {
namespace {

constexpr FrameSize kSize{48, 32};

Frame moment(int step) {
  Canvas canvas(kSize, {255, 255, 255});
  canvas.disc({8.0 + 4 * step, 16}, 5, {0, 114, 178});
  return canvas.take();
}

// What a viewer sees after the last frame of a GIF, decoded by giflib's reader.
std::vector<std::uint8_t> last_picture(const std::filesystem::path& file, int& frames) {
  int error = 0;
  GifFileType* gif = DGifOpenFileName(file.c_str(), &error);
  EXPECT_NE(gif, nullptr);
  EXPECT_EQ(DGifSlurp(gif), GIF_OK);
  frames = gif->ImageCount;
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(3 * gif->SWidth * gif->SHeight));
  for (int i = 0; i < frames; ++i) {
    GraphicsControlBlock control;
    DGifSavedExtensionToGCB(gif, i, &control);
    const SavedImage& image = gif->SavedImages[i];
    for (int y = 0; y < image.ImageDesc.Height; ++y) {
      for (int x = 0; x < image.ImageDesc.Width; ++x) {
        const int index = image.RasterBits[y * image.ImageDesc.Width + x];
        if (index == control.TransparentColor) continue;
        const GifColorType color = image.ImageDesc.ColorMap->Colors[index];
        const int place = 3 * ((image.ImageDesc.Top + y) * gif->SWidth + image.ImageDesc.Left + x);
        pixels[static_cast<std::size_t>(place)] = color.Red;
        pixels[static_cast<std::size_t>(place + 1)] = color.Green;
        pixels[static_cast<std::size_t>(place + 2)] = color.Blue;
      }
    }
  }
  DGifCloseFile(gif, nullptr);
  return pixels;
}

TEST(Film, AGifDecodesToTheFramesThatWentIn) {
  const testing_support::TemporaryFolder folder;
  const auto file = folder.path() / "film.gif";
  GifWriter writer(file, kSize, 5);
  for (int step = 0; step < 8; ++step) writer.add(moment(step));
  writer.add(moment(7));  // nothing changed
  EXPECT_FALSE(std::filesystem::exists(file)) << "a film has its name only when it is whole";
  writer.finish();
  int frames = 0;
  EXPECT_EQ(last_picture(file, frames), moment(7).pixels);
  EXPECT_EQ(frames, 9);
}

TEST(Film, AFilmThatWasNotFinishedLeavesNoFile) {
  const testing_support::TemporaryFolder folder;
  {
    GifWriter writer(folder.path() / "film.gif", kSize, 5);
    writer.add(moment(0));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Film, AFolderThatIsNotThereIsNamed) {
  try {
    const GifWriter writer("/no/such/folder/film.gif", kSize, 5);
    FAIL() << "a film was opened in a folder that does not exist";
  } catch (const FileError& error) {
    EXPECT_STREQ(error.what(), "/no/such/folder/film.gif.new: cannot write: No such file or directory");
  }
}

TEST(Film, FfmpegMakesAnMp4ThatItReadsBack) {
  if (!Mp4Writer::is_available()) GTEST_SKIP() << "ffmpeg is not installed";
  std::signal(SIGPIPE, SIG_IGN);
  const testing_support::TemporaryFolder folder;
  const auto file = folder.path() / "film.mp4";
  Mp4Writer writer(file, {49, 33}, 20);  // odd sides
  for (int step = 0; step < 8; ++step) {
    Canvas canvas({49, 33}, {255, 255, 255});
    canvas.disc({8.0 + 4 * step, 16}, 5, {0, 114, 178});
    writer.add(canvas.take());
  }
  writer.finish();
  EXPECT_EQ(std::system(("ffmpeg -loglevel error -i " + file.string() + " -f null -").c_str()), 0);
}

}  // namespace
}  // namespace tutti::watch
