// The bodies of the Boost libraries that are used from headers alone (dependencies.cmake, "boost").

#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
#include <boost/json/src.hpp>
