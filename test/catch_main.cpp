// Catch2 v2's main stands alone: with g++ 12 and sanitizers its regular expressions warn.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
