import type { ReactNode } from 'react';

export const metadata = { title: 'A page that uses the packed hooks', icons: { icon: 'data:,' } };

export default function Layout({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
