#include "watch/view.hpp"

#include <gtest/gtest.h>

#include <set>

#include "fixtures/line_environment.hpp"

namespace tutti::watch {
namespace {

class Changed : public fixtures::LineEnvironment {
 public:
  Changed() : LineEnvironment(20), changed_(LineEnvironment::spec()) {}
  const EnvironmentSpec& spec() const override { return changed_; }
  EnvironmentSpec& changed() { return changed_; }

 private:
  EnvironmentSpec changed_;
};

// Says that it draws, and draws something else than it was asked for.
class DrawsAnotherSize : public Changed {
 public:
  DrawsAnotherSize() { changed().renders = true; }
  Frame render(FrameSize) override { return {{16, 16}, {}}; }
};

TEST(View, AnEnvironmentThatDoesNotDrawGetsAPlotOfItsCoverageCoordinates) {
  fixtures::LineEnvironment environment(20);
  environment.reset(1);
  View view(environment);
  view.begin();
  view.look();
  const Frame before = view.draw({160, 120});
  for (int step = 0; step < 10; ++step) {
    environment.step(std::vector<float>{0.5F, 0});
    view.look();
  }
  const Frame after = view.draw({160, 120});
  EXPECT_EQ(after.size, (FrameSize{160, 120}));
  EXPECT_NE(before.pixels, after.pixels);
  view.begin();  // a new episode starts an empty plot
  environment.reset(1);
  view.look();
  EXPECT_EQ(view.draw({160, 120}).pixels, before.pixels);
}

TEST(View, ManyCoordinatesInASmallPictureStillFit) {
  Changed environment;
  environment.changed().coverage.assign(40, {"x", -1, 1, 10});
  View view(environment);
  view.begin();
  view.look();
  EXPECT_EQ(view.draw({16, 16}).pixels.size(), 3U * 16 * 16);
}

TEST(View, WhereThereIsNothingToShowASentenceSaysSo) {
  Changed environment;
  environment.changed().coverage.clear();
  try {
    const View view(environment);
    FAIL() << "there is nothing to show";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "this environment does not draw itself (no render) and declares no coverage coordinates to plot "
                 "instead: there is nothing to show; --no-gif --no-mp4 --csv writes its trajectory");
  }
}

TEST(View, APictureOfAnotherSizeIsRefused) {
  DrawsAnotherSize environment;
  View view(environment);
  view.begin();
  EXPECT_THROW(view.draw({160, 120}), Error);
}

}  // namespace
}  // namespace tutti::watch
