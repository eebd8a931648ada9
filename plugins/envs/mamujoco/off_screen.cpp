#include "off_screen.hpp"

#include <dlfcn.h>

#include <array>
#include <cstdint>
#include <utility>

#include "tutti/error.hpp"

namespace tutti::mamujoco {
namespace {

// A shared library of the system. It stays open: MuJoCo keeps addresses of its functions.
class Library {
 public:
  explicit Library(const char* file) : file_(file), handle_(::dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw Error(std::string(file) + " is missing");
  }

  /// MuJoCo looks for OpenGL's functions in what all libraries see. Only the one that draws may be there, or it takes
  /// those of one that cannot.
  void show_to_mujoco() const { ::dlopen(file_, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD); }

  template <class Function>
  Function* find(const char* name) const {
    void* const address = ::dlsym(handle_, name);
    if (address == nullptr) throw Error(std::string("it lacks ") + name);
    return reinterpret_cast<Function*>(address);
  }

 private:
  const char* file_;
  void* handle_;
};

// The parts of EGL and OSMesa that are used, from their specifications: EGL 1.5 (Khronos), EGL_EXT_platform_device,
// EGL_MESA_platform_surfaceless, and Mesa's GL/osmesa.h.
namespace egl {

using Handle = void*;
using Int = std::int32_t;

constexpr unsigned kOpenGlApi = 0x30A2;
constexpr unsigned kPlatformDevice = 0x313F;
constexpr unsigned kPlatformSurfaceless = 0x31DD;
constexpr Int kNone = 0x3038;
constexpr Int kSurfaceType = 0x3033, kPbufferBit = 1;
constexpr Int kRenderableType = 0x3040, kOpenGlBit = 8;
constexpr Int kRedSize = 0x3024, kGreenSize = 0x3023, kBlueSize = 0x3022, kDepthSize = 0x3025;
constexpr Int kWidth = 0x3057, kHeight = 0x3056;

}  // namespace egl

class Egl final : public OffScreen {
 public:
  Egl() : library_("libEGL.so.1") {
    initialize_display();
    const std::array<egl::Int, 13> wanted = {egl::kSurfaceType,
                                             egl::kPbufferBit,
                                             egl::kRenderableType,
                                             egl::kOpenGlBit,
                                             egl::kRedSize,
                                             8,
                                             egl::kGreenSize,
                                             8,
                                             egl::kBlueSize,
                                             8,
                                             egl::kDepthSize,
                                             24,
                                             egl::kNone};
    egl::Handle config = nullptr;
    egl::Int count = 0;
    const auto choose =
        library_.find<unsigned(egl::Handle, const egl::Int*, egl::Handle*, egl::Int, egl::Int*)>("eglChooseConfig");
    if (choose(display_, wanted.data(), &config, 1, &count) == 0 || count == 0)
      fail("it has no configuration to draw in");
    if (library_.find<unsigned(unsigned)>("eglBindAPI")(egl::kOpenGlApi) == 0) fail("it has no OpenGL");
    // MuJoCo draws into a framebuffer of its own; a surface is there because not every driver does without.
    const std::array<egl::Int, 5> one_pixel = {egl::kWidth, 1, egl::kHeight, 1, egl::kNone};
    surface_ = library_.find<egl::Handle(egl::Handle, egl::Handle, const egl::Int*)>("eglCreatePbufferSurface")(
        display_, config, one_pixel.data());
    if (surface_ == nullptr) fail("it makes no surface");
    context_ = library_.find<egl::Handle(egl::Handle, egl::Handle, egl::Handle, const egl::Int*)>("eglCreateContext")(
        display_, config, nullptr, nullptr);
    if (context_ == nullptr) fail("it makes no context");
  }

  ~Egl() override {
    bind(nullptr, nullptr);
    library_.find<unsigned(egl::Handle, egl::Handle)>("eglDestroyContext")(display_, context_);
    library_.find<unsigned(egl::Handle, egl::Handle)>("eglDestroySurface")(display_, surface_);
  }

  void make_current() override {
    if (bind(surface_, context_) == 0) fail("its context cannot be used");
  }

  std::string name() const override { return "EGL"; }

  void show_to_mujoco() const { library_.show_to_mujoco(); }

 private:
  // A device without a display first, graphics cards before software; then Mesa without any device.
  void initialize_display() {
    const auto address_of = library_.find<egl::Handle(const char*)>("eglGetProcAddress");
    using PlatformDisplay = egl::Handle(unsigned, void*, const egl::Int*);
    using QueryDevices = unsigned(egl::Int, egl::Handle*, egl::Int*);
    auto* const platform_display = reinterpret_cast<PlatformDisplay*>(address_of("eglGetPlatformDisplayEXT"));
    auto* const query_devices = reinterpret_cast<QueryDevices*>(address_of("eglQueryDevicesEXT"));
    if (platform_display != nullptr && query_devices != nullptr) {
      std::array<egl::Handle, 16> devices{};
      egl::Int count = 0;
      if (query_devices(static_cast<egl::Int>(devices.size()), devices.data(), &count) == 0) count = 0;
      for (egl::Int i = 0; i < count; ++i) {
        if (initialize(platform_display(egl::kPlatformDevice, devices[static_cast<std::size_t>(i)], nullptr))) return;
      }
    }
    if (platform_display != nullptr && initialize(platform_display(egl::kPlatformSurfaceless, nullptr, nullptr)))
      return;
    if (initialize(library_.find<egl::Handle(void*)>("eglGetDisplay")(nullptr))) return;
    fail("it finds no device to draw with");
  }

  bool initialize(egl::Handle display) {
    if (display == nullptr) return false;
    egl::Int major = 0;
    egl::Int minor = 0;
    if (library_.find<unsigned(egl::Handle, egl::Int*, egl::Int*)>("eglInitialize")(display, &major, &minor) == 0) {
      return false;
    }
    display_ = display;
    return true;
  }

  unsigned bind(egl::Handle surface, egl::Handle context) const {
    return library_.find<unsigned(egl::Handle, egl::Handle, egl::Handle, egl::Handle)>("eglMakeCurrent")(
        display_, surface, surface, context);
  }

  [[noreturn]] void fail(const char* reason) const {
    const egl::Int code = library_.find<egl::Int()>("eglGetError")();
    throw Error(std::string(reason) + " (EGL error " + std::to_string(code) + ")");
  }

  Library library_;
  egl::Handle display_ = nullptr;
  egl::Handle surface_ = nullptr;
  egl::Handle context_ = nullptr;
};

class OsMesa final : public OffScreen {
 public:
  OsMesa() : library_(kFile), context_(nullptr) {
    constexpr unsigned kRgba = 0x1908;
    context_ = library_.find<void*(unsigned, int, int, int, void*)>("OSMesaCreateContextExt")(kRgba, 24, 8, 0, nullptr);
    if (context_ == nullptr) throw Error("it makes no context");
  }

  ~OsMesa() override { library_.find<void(void*)>("OSMesaDestroyContext")(context_); }

  void make_current() override {
    constexpr unsigned kUnsignedByte = 0x1401;
    const auto bind = library_.find<unsigned char(void*, void*, unsigned, int, int)>("OSMesaMakeCurrent");
    if (bind(context_, pixels_.data(), kUnsignedByte, kSide, kSide) == 0) throw Error("its context cannot be used");
  }

  std::string name() const override { return "OSMesa"; }

  void show_to_mujoco() const { library_.show_to_mujoco(); }

 private:
  static constexpr const char* kFile = "libOSMesa.so.8";
  static constexpr int kSide = 16;

  Library library_;
  void* context_;
  std::array<std::uint8_t, 4 * kSide * kSide> pixels_{};  // MuJoCo draws into a framebuffer of its own
};

template <class Kind>
std::unique_ptr<OffScreen> open(std::string& reasons) {
  try {
    auto screen = std::make_unique<Kind>();
    screen->make_current();
    screen->show_to_mujoco();
    return screen;
  } catch (const Error& error) {
    reasons +=
        (reasons.empty() ? "" : "; ") + std::string(std::is_same_v<Kind, Egl> ? "EGL: " : "OSMesa: ") + error.what();
    return nullptr;
  }
}

}  // namespace

std::unique_ptr<OffScreen> open_off_screen(const std::string& wanted) {
  if (wanted != "" && wanted != "egl" && wanted != "osmesa") {
    throw Error("mamujoco: MUJOCO_GL is \"" + wanted +
                "\"; expected egl or osmesa, or nothing for the first that works");
  }
  std::string reasons;
  if (wanted != "osmesa") {
    if (auto screen = open<Egl>(reasons)) return screen;
  }
  if (wanted != "egl") {
    if (auto screen = open<OsMesa>(reasons)) return screen;
  }
  const std::string packages = wanted == "egl"      ? "libegl1"
                               : wanted == "osmesa" ? "libosmesa6"
                                                    : "libegl1 or libosmesa6";
  throw Error("mamujoco: nothing to draw with (" + reasons + "); on Debian: apt install " + packages);
}

}  // namespace tutti::mamujoco
