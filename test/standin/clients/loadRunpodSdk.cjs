// Not TypeScript: the tests' compiler would turn this import into a require, which an ES module does not take.
exports.loadRunpodSdk = async () => await import('runpod-sdk');
