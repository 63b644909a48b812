"""What the tests stand on: throwaway servers, the application under test, a browser, and guards against leaks."""
