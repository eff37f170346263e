/** Import it first: LiveKit's library decides when it is loaded whether it prints its debug lines. */
process.env['NODE_ENV'] ??= 'production';
