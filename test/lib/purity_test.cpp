#include <catch2/catch.hpp>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "test/fakes/command.h"

// lib decides and daemon acts: what lib's archives leave to the linker must be arithmetic on
// memory. A socket, a clock, a file or a stream among it is an effect inside a decision.

namespace {

// C has few names for memory and many for effects: what is allowed is listed.
bool is_pure_c(const std::string& symbol) {
  static const std::regex allowed(
      "_Unwind_.*|__cxa_.*|__gxx_personality_v0|__dynamic_cast|_GLOBAL_OFFSET_TABLE_|__dso_handle|_"
      "_tls_get_addr"
      "|__stack_chk_fail|__assert_fail|abort|__errno_location|__libc_single_threaded"
      "|(__)?(mem|str|w?mem)[a-z]+(_r|_chk)?|strerrorname_np|bcmp"
      "|(__)?v?snprintf(_chk)?|localeconv|inet_ntop|inet_pton|(is|to)[a-z]+"
      // Nettle's digests and c-ares's packets work on memory, as RE2 does.
      "|nettle_[a-z0-9_]+|ares_(create_query|expand_name|free_string)"
      // Boost's error categories are made once, whoever asks first.
      "|pthread_mutex_(un)?lock"
      "|__u?(div|mod)ti3"
      "|l?l?(abs|round|rint|floor|ceil|pow|log|log2|log10|exp|fmod|sqrt)f?l?");
  return std::regex_match(symbol, allowed);
}

// In C++ it is the other way round.
bool is_pure_cxx(const std::string& symbol) {
  static const std::regex effects(
      "clock::now\\(|std::(cout|cerr|clog|cin|wcout)\\b|std::ios_base::Init|std::basic_[io]?fstream"
      "|std::basic_filebuf|std::filesystem::|std::(this_)?thread\\b|std::random_device"
      "|std::condition_variable|boost::asio::|spdlog::|fmt::v[0-9]+::v?print");
  return !std::regex_search(symbol, effects);
}

// The symbols that `listing`, what `nm --undefined-only --demangle` prints, should not have.
std::set<std::string> impure(const std::string& listing) {
  std::set<std::string> found;
  std::istringstream lines(listing);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t kind = line.find(" U ");
    if (kind == std::string::npos) continue;
    const std::string symbol = line.substr(kind + 3);
    const bool cxx = symbol.find_first_of(":( ") != std::string::npos;
    if (!(cxx ? is_pure_cxx(symbol) : is_pure_c(symbol))) found.insert(symbol);
  }
  return found;
}

}  // namespace

TEST_CASE("a call to the world outside is found among the symbols") {
  CHECK(impure("         U memcpy\n         U std::string::append(char const*)\n"
               "error.cpp.o:\n0000 T socket\n         U __cxa_throw\n")
            .empty());
  for (const char* effect :
       {"socket", "clock_gettime", "time", "open", "fopen", "write", "printf", "__printf_chk",
        "getenv", "poll", "std::chrono::_V2::steady_clock::now()", "std::cout",
        "std::basic_filebuf<char, std::char_traits<char> >::open(char const*, std::_Ios_Openmode)",
        "std::ios_base::Init::Init()", "std::random_device::_M_getval()"}) {
    INFO(effect);
    CHECK(impure(std::string("         U ") + effect + "\n").size() == 1);
  }
}

TEST_CASE("nothing in lib calls the world outside") {
  const auto build = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
  int count = 0;
  for (const auto& archive : std::filesystem::directory_iterator(build / "lib")) {
    if (archive.path().extension() != ".a") continue;
    const std::string listing =
        lvsd::test::output_of("nm --undefined-only --demangle '" + archive.path().string() + "'");
    INFO(archive.path());
    CHECK(listing.find(" U ") != std::string::npos);
    for (const std::string& symbol : impure(listing))
      FAIL_CHECK("calls " << symbol);
    ++count;
  }
  CHECK(count >= 5);
}
