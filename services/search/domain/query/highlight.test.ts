import { expect, test } from 'bun:test';
import { highlight } from './highlight.ts';

test.each([
  ['metallica', 'Metallica live', '<em>Metallica</em> live'],
  ['metalica', 'Metallica live', '<em>Metallica</em> live'],
  ['meta', 'Metallica live', '<em>Metallica</em> live'],
  ['emtallica', 'Metallica live', '<em>Metallica</em> live'],
  ['bjork', 'Björk & friends', '<em>Björk</em> &amp; friends'],
  ['bjo\u0308rk', 'Bjo\u0308rk', '<em>Bjo\u0308rk</em>'],
  ['oconnor', "Sinéad O'Connor", 'Sinéad <em>O&#39;Connor</em>'],
  ['script', '<script>x</script>', '&lt;<em>script</em>&gt;x&lt;/<em>script</em>&gt;'],
  ['東京', 'ジャズ東京祭', 'ジャズ<em>東京</em>祭'],
  ['東京祭', 'ジャズ東京祭', 'ジャズ<em>東京祭</em>'],
  ['xylophone', 'Say "no"', 'Say &quot;no&quot;'],
  ['', 'Opera', 'Opera'],
])('%s in %s', (text, name, expected) => expect(highlight({ name, performers: [] }, text).name).toBe(expected));

test('the performers are marked each', () => {
  const { performers } = highlight({ name: '', performers: ['Anna Lark', 'The <b>Larks</b>'] }, 'lark');
  expect(performers).toEqual(['Anna <em>Lark</em>', 'The &lt;b&gt;<em>Larks</em>&lt;/b&gt;']);
});
